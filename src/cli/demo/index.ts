export { demoServer, runSession } from "./session.ts";
