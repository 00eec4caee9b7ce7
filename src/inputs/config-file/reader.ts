import type { Document } from 'yaml';

/** The file that is being read. */
export interface Reader {
  readonly doc: Document.Parsed;
  /** `line 12`, of a node. */
  readonly where: (node: unknown) => string;
  problem(where: string, message: string, fix?: string): void;
  secret(text: string): void;
}
