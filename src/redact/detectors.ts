/** Stand-in until the table of credentials is there. */
export interface Credential {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

export function findCredentials(text: string): Credential[] {
  return [...text.matchAll(/\bghp_[A-Za-z0-9]{36}\b/g)].map((found) => ({
    kind: "github-token",
    start: found.index,
    end: found.index + found[0].length,
  }));
}

export function credentialKind(value: string): string | undefined {
  return /^ghp_[A-Za-z0-9]{36}$/.test(value) ? "github-token" : undefined;
}
