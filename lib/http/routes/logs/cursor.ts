import { isId, parseServiceId, type ServiceId } from '../../../model/values/ids.ts';
import {
  parsePosition,
  type LogPosition,
  type LogStream,
  type ServiceLogItem,
} from '../../../model/values/log-line.ts';

const SERVICE_SEPARATOR = ';';

/** The positions in the output of several services as one text, such as `coreio=3:50;corerl=7:1234`. */
export function formatCursor(positions: ReadonlyMap<ServiceId, string>): string {
  return [...positions].map(([serviceId, position]) => `${serviceId}=${position}`).join(SERVICE_SEPARATOR);
}

/** Parses a cursor for these streams; null: it cannot be one. */
export function parseCursor(text: string, streams: readonly LogStream[]): ReadonlyMap<ServiceId, LogPosition> | null {
  const positions = new Map<ServiceId, LogPosition>();
  for (const part of text.split(SERVICE_SEPARATOR)) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(at, 0));
    const position = parsePosition(part.slice(at + 1), streams);
    if (!isId(name) || position === null) return null;
    positions.set(parseServiceId(name), position);
  }
  return positions;
}

/** Where a reader is, so that it can continue from there. */
export class Cursor {
  readonly #positions = new Map<ServiceId, string>();
  readonly #isNamed: boolean;

  /** `isNamed`: it names its services; otherwise it is the position of the only one. */
  constructor(isNamed: boolean) {
    this.#isNamed = isNamed;
  }

  set(serviceId: ServiceId, position: string): void {
    this.#positions.set(serviceId, position);
  }

  start(positions: ReadonlyMap<ServiceId, string>): void {
    for (const [serviceId, position] of positions) this.set(serviceId, position);
  }

  /** Continues behind an item. */
  pass({ serviceId, item }: ServiceLogItem): void {
    this.set(serviceId, item.position);
  }

  get text(): string {
    return this.#isNamed ? formatCursor(this.#positions) : ([...this.#positions.values()][0] ?? '');
  }
}
