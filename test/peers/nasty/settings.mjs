// What the environment variable NASTY asks of the process, read once. Every key is optional:
//   stdinLog, argvFile, countFile: files to write · banner: name of a noise · ignore: ["eof", "SIGTERM", …]
//   grandchild: file for its pid · startExit: code · startSignal: name · exitOnEof: code · signalOnEof: name
//   lateAfterEof: number of notifications · stderrAtStart: text, stderrTimes: how often
export const settings = JSON.parse(process.env.NASTY ?? "{}");
