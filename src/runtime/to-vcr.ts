export async function convertToVcr(
  _from: string,
  _to: string,
): Promise<readonly { count: number; says: string }[]> {
  throw new Error("not yet");
}
