import type { IncomingMessage } from 'node:http';
import { RequestError } from './problem.ts';

/** The maximum size of a request body, in bytes. */
export const BODY_LIMIT = 1024 * 1024;

/** No request needs deeper nesting; code that walks a value must not exhaust the stack. */
const MAX_DEPTH = 32;

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

function tooLarge(): RequestError {
  return new RequestError('body_too_large', `The request body is larger than ${BODY_LIMIT} bytes.`);
}

/** Throws RequestError if the announced body length is over the limit, before anything is read. */
export function refuseLargeBody(req: IncomingMessage): void {
  const length = req.headers['content-length'];
  if (length !== undefined && Number(length) > BODY_LIMIT) throw tooLarge();
}

function refuseForeignBody(req: IncomingMessage): void {
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new RequestError(
      'unsupported_encoding',
      `Content-Encoding "${encoding}" is not supported. Send the body uncompressed.`,
      {
        headers: { 'Accept-Encoding': 'identity' },
      },
    );
  }
  // Without a Content-Type the body is parsed as JSON: clients of the original API rely on it.
  const type = req.headers['content-type'];
  if (type !== undefined && !JSON_TYPE.test(type)) {
    throw new RequestError('malformed_body', `The request body must be application/json, not "${type}".`);
  }
}

function readBytes(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT) {
        chunks.push(chunk);
        return;
      }
      // The rest is discarded (the server's requestTimeout bounds it), so that a client that is still sending sees the
      // response.
      chunks.length = 0;
      reject(tooLarge());
    });
    req.on('end', () => {
      req.off('close', cutShort); // the error is not made for nothing
      resolve(Buffer.concat(chunks));
    });
    const cutShort = (cause?: Error): void => {
      reject(
        new RequestError('body_incomplete', 'The connection ended before the request body was complete.', { cause }),
      );
    };
    req.on('error', cutShort);
    req.on('close', cutShort);
  });
}

const [QUOTE, BACKSLASH] = Buffer.from('"\\');
const OPENING: ReadonlySet<number> = new Set(Buffer.from('[{'));
const CLOSING: ReadonlySet<number> = new Set(Buffer.from(']}'));

/** Throws RequestError if too deep; invalid JSON is left to the parser. */
function refuseDeep(bytes: Buffer): void {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) isString = !isString;
    else if (isString) at += byte === BACKSLASH ? 1 : 0;
    else if (CLOSING.has(byte)) depth -= 1;
    else if (OPENING.has(byte)) depth += 1;
    if (depth > MAX_DEPTH) {
      throw new RequestError('malformed_body', `The request body is nested more than ${MAX_DEPTH} levels deep.`);
    }
  }
}

/**
 * Reads the body as one JSON object. Throws RequestError if it is not JSON or not an object, too deep, too large or
 * incomplete.
 */
export async function readJsonObject(req: IncomingMessage): Promise<object> {
  refuseForeignBody(req);
  const bytes = await readBytes(req);
  refuseDeep(bytes);
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(bytes));
  } catch (cause) {
    const what = bytes.length === 0 ? 'is empty; send a JSON object' : 'is not valid JSON in UTF-8';
    throw new RequestError('malformed_body', `The request body ${what}.`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RequestError('invalid_request', 'The request body must be a JSON object, such as {"config_path": "…"}.');
  }
  return value;
}
