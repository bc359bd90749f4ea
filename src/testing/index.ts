export { PlaybookMismatch, playbook } from "./playbook.ts";
