/** The release's version; a test holds it to package.json, which is not read at run time. */
export const version = "0.1.0";
