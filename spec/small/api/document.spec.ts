import { expect } from 'chai';
import { openApiDocument } from '../../../lib/api/document.ts';
import type { Operation } from '../../../lib/api/operation.ts';
import { OPERATIONS } from '../../../lib/api/operations.ts';
import { ENDPOINTS } from '../../../lib/api/paths.ts';
import type { OperationId } from '../../../lib/api/paths.ts';
import { allRoutes } from '../../../lib/http/routes.ts';
import { FakeControl } from '../../support/control/fake-control.ts';
import { LIBRARY } from '../../support/actors/machines.ts';
import { NO_NUMBERS } from '../../support/control/no-numbers.ts';
import { misfit } from '../../support/conformity.ts';

interface Documented {
  readonly operationId: string;
  readonly summary: string;
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}

const document = openApiDocument('1.2.3') as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
};

describe('the OpenAPI document', () => {
  it('describes exactly the routes of the API', () => {
    const routed = allRoutes(new FakeControl(), { name: 'Plant 7', version: '1.2.3' }, NO_NUMBERS, LIBRARY).flatMap(
      ({ method, paths }) => paths.map((path) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`),
    );
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).to.deep.equal(routed.sort());
  });

  it('has an endpoint for every operation and an operation for every endpoint', () => {
    expect(Object.keys(OPERATIONS).sort()).to.deep.equal(Object.keys(ENDPOINTS).sort());
  });

  it('says that every command requires the full token, and that open routes require none', () => {
    for (const id of Object.keys(OPERATIONS) as OperationId[]) {
      const [method, path] = ENDPOINTS[id];
      const { responses } = document.paths[path]![method.toLowerCase()]!;
      const operation: Operation = OPERATIONS[id];
      const isOpen = operation.access === 'open';
      expect(Object.hasOwn(responses, '401'), id).to.equal(!isOpen);
      if (method !== 'GET') expect(responses, id).to.have.property('403');
    }
  });

  it('names a page to sign in only for the pages of a browser, not for what programs ask for', () => {
    const withPage = (Object.keys(ENDPOINTS) as OperationId[]).filter((id) => {
      const [method, path] = ENDPOINTS[id];
      const { content = {} } = document.paths[path]![method.toLowerCase()]!.responses['401'] ?? {};
      return Object.hasOwn(content, 'text/html');
    });
    expect(withPage).to.have.members(['getRoot', 'getDocs', 'getDashboard', 'getInspector', 'getStatelyInspector']);
  });
});

describe('the check of responses against the document', () => {
  const health = { status: 'healthy', process_id: 1, service: 'coredinator', name: 'Plant 7', version: '1' };
  const answered = {
    method: 'GET',
    path: '/api/healthcheck/?x=1',
    status: 200,
    contentType: 'application/json; charset=utf-8',
    text: JSON.stringify(health),
  };

  it('accepts a valid response', () => {
    expect(misfit(answered)).to.equal(null);
  });

  it('finds an extra field, a missing field, an undocumented status or media type, and an unknown route', () => {
    expect(misfit({ ...answered, text: JSON.stringify({ ...health, more: 1 }) })).to.include('additional properties');
    expect(misfit({ ...answered, text: '{}' })).to.include('must have required property');
    expect(misfit({ ...answered, status: 202 })).to.include('no such status');
    expect(misfit({ ...answered, contentType: 'text/html' })).to.include('has no text/html');
    expect(misfit({ ...answered, path: '/api/nothing' })).to.include('not in the document');
  });
});
