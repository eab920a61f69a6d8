import { useState } from 'react';
import type { ReactNode } from 'react';
import { counted } from '../../../frontend/words/amount.ts';

/** So many members of one object are shown at first. */
const AT_FIRST = 200;

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function sizeOf(value: object): string {
  const count = Object.keys(value).length;
  return Array.isArray(value) ? counted(count, 'item') : counted(count, 'field');
}

function Scalar({ value }: { readonly value: unknown }): ReactNode {
  const kind = value === null ? 'null' : typeof value;
  return <span className={`json-${kind}`}>{JSON.stringify(value)}</span>;
}

function Member({ name, value }: { readonly name: string; readonly value: unknown }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  if (!isObject(value) || Object.keys(value).length === 0) {
    return (
      <li>
        <span className="json-name">{name}</span>: <Scalar value={value} />
      </li>
    );
  }
  return (
    <li>
      <details
        open={isOpen}
        onToggle={({ currentTarget }) => {
          setOpen(currentTarget.open);
        }}
      >
        <summary>
          <span className="json-name">{name}</span> <span className="json-size">{sizeOf(value)}</span>
        </summary>
        {isOpen ? <JsonTree value={value} /> : null}
      </details>
    </li>
  );
}

/** JSON with parts that open. */
export function JsonTree({ value }: { readonly value: object }): ReactNode {
  const [most, setMost] = useState(AT_FIRST);
  const members = Object.entries(value) as readonly [string, unknown][]; // of JSON
  return (
    <ul className="json">
      {members.slice(0, most).map(([name, inner]) => (
        <Member key={name} name={name} value={inner} />
      ))}
      {members.length <= most ? null : (
        <li>
          <button
            type="button"
            className="link-button"
            onClick={() => {
              setMost(Infinity);
            }}
          >
            {members.length - most} more
          </button>
        </li>
      )}
    </ul>
  );
}
