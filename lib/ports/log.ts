type Fields = Readonly<Record<string, unknown>>;

/** Structured logging, one record a call: fields first, then a sentence. Never given environment values or tokens. */
export interface Log {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}
