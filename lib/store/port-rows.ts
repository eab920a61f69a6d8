import { z } from 'zod';

import { serviceId } from '../model/id-schema.ts';
import type { ServiceId } from '../model/ids.ts';
import { inserter, type RowWrite } from './batch.ts';
import type { RowSource } from './row-reader.ts';

/** A port that belongs to a service under a name. */
export interface PortRow {
  readonly serviceId: ServiceId;
  readonly name: string;
  readonly port: number;
}

const COLUMNS = ['service_id', 'name', 'port'] as const;
const insert = inserter('port', COLUMNS);

const portRow = z
  .strictObject({ service_id: serviceId, name: z.string().min(1), port: z.int().min(1).max(65_535) })
  .transform(({ service_id, ...row }): PortRow => ({ ...row, serviceId: service_id }));

/** Every port that was ever allocated. */
export const PORTS: RowSource<PortRow> = { table: 'port', columns: COLUMNS.join(', '), shape: portRow };

/** Adds a port; neither it nor the name within the service may be taken. */
export function insertPort({ serviceId, name, port }: PortRow): RowWrite {
  return insert(port, { service_id: serviceId, name, port });
}
