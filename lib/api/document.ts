import { createDocument } from 'zod-openapi';
import type {
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
  ZodOpenApiResponseObject,
  ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { z } from 'zod';
import { idField } from './fields.ts';
import { TAGS } from './operation.ts';
import type { Answer, Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { ENDPOINTS } from './paths.ts';
import type { Method, OperationId } from './paths.ts';
import { problemsOf } from './possible-problems.ts';
import { PROBLEM_KINDS } from './problems.ts';
import type { ProblemCode } from './problems.ts';
import { problemSchema } from './schemas/problem.ts';

const INTRODUCTION = `Supervises the services of RLTune agents on one machine.

JSON with snake_case keys. Paths work with and without a trailing slash. A 2xx response to a command means that the command is on disk.
Errors are \`application/problem+json\` (RFC 9457); \`detail\` says what is wrong and what to do. Later versions may add fields to
responses, but never required fields to requests.`;

const versionHeader = z.object({
  'X-CoreRL-Version': z.string().meta({ description: 'The version of the host.', header: { id: 'Version' } }),
  'X-Request-Id': z
    .string()
    .optional()
    .meta({ description: 'The correlation id of all events that the request causes.', header: { id: 'RequestId' } }),
});

const keyHeader = {
  'Idempotency-Key': z.string().optional().meta({
    description: 'Makes retries safe for 24 hours, across restarts of the host: the command is executed only once.',
    example: '0d3d52ea-5d4a-4d0c-8f1c-3a1b5d1d3f60',
  }),
};

/** The OpenAPI 3.1 document of the API, generated from the table of operations so that it cannot fall behind. */
export function openApiDocument(version: string): object {
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Coredinator',
        version,
        description: INTRODUCTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'The host that serves this document.' }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      security: [{ token: [] }, { session: [] }, {}],
      paths: paths(),
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description:
              'Required by hosts that were started with a token file. A read-only token allows every GET. With a 401, a browser that opens any address (`Accept` prefers `text/html`) gets a page to sign in.',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'coredinator_session',
            description:
              'The cookie that `POST /api/session` sets for browsers. Its name ends in `_` and the port if the URL of the host has one.',
          },
        },
      },
    },
    // Whether a schema belongs to a request or a response is clear from its context.
    { outputIdSuffix: 'Out' },
  );
}

function paths(): ZodOpenApiPathsObject {
  const found: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  // Object.keys loses the key type.
  for (const id of Object.keys(OPERATIONS) as OperationId[]) {
    const [method, path, ...aliases] = ENDPOINTS[id];
    const add = (at: string, more: Partial<ZodOpenApiOperationObject>): void => {
      found[at] = { ...found[at], [method.toLowerCase()]: { ...operationObject(id, method, at), ...more } };
    };
    add(path, {});
    aliases.forEach((alias, index) => {
      const operationId = `${id}At${index === 0 ? 'Alias' : `Alias${index + 1}`}`;
      add(alias, { operationId, description: `Alias of \`${method} ${path}\`.` });
    });
  }
  return found; // the keys are lower-case methods
}

function operationObject(id: OperationId, method: Method, path: string): ZodOpenApiOperationObject {
  const operation: Operation = OPERATIONS[id];
  const { tag, summary, description, query, body, headers, access } = operation;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const header = { ...headers?.shape, ...(method === 'GET' ? {} : keyHeader) };
  const params = {
    ...(names.length === 0
      ? {}
      : { path: z.object(Object.fromEntries(names.map((name) => [name, parameterOf(name)]))) }),
    ...(query === undefined ? {} : { query }),
    ...(Object.keys(header).length === 0 ? {} : { header: z.object(header) }),
  };
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(access === 'open' ? { security: [] } : {}),
    ...(Object.keys(params).length === 0 ? {} : { requestParams: params }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: { ...answers(operation), ...problemResponses(problemsOf(operation, method, path), isPage(operation)) },
  };
}

function parameterOf(name: string): z.ZodType {
  return name === 'number' ? z.int().positive() : idField;
}

function answers({ answers: byStatus }: Operation): ZodOpenApiResponsesObject {
  const entries = Object.entries(byStatus).map(([status, answer]) => [status, answerObject(answer)]);
  return Object.fromEntries(entries) as ZodOpenApiResponsesObject; // the keys are statuses
}

/** Whether a person opens it in a browser. */
function isPage({ answers: byStatus }: Operation): boolean {
  return Object.values(byStatus).some(({ content = {} }) => Object.hasOwn(content, 'text/html'));
}

function answerObject({ what, content = {}, headers }: Answer): ZodOpenApiResponseObject {
  const media = Object.entries(content).map(([type, schema]) => [type, { schema }]);
  return {
    description: what,
    headers: headers === undefined ? versionHeader : versionHeader.extend(headers.shape),
    ...(media.length === 0 ? {} : { content: Object.fromEntries(media) as Record<string, { schema: z.ZodType }> }),
  };
}

/** The 401 response for browsers that open a page. Elsewhere only a browser gets it, and programs need not know. */
const SIGN_IN_PAGE = { 'text/html': { schema: z.string().meta({ description: 'A page to sign in.' }) } };

/** One response per status, with an example for each of its codes. */
function problemResponses(codes: readonly ProblemCode[], isPage: boolean): ZodOpenApiResponsesObject {
  const statuses = [...new Set(codes.map((code) => PROBLEM_KINDS[code].status))].sort((one, other) => one - other);
  const entries = statuses.map((status) => {
    const here = codes.filter((code) => PROBLEM_KINDS[code].status === status);
    const examples = Object.fromEntries(here.map((code) => [code, { value: exampleOf(code) }]));
    const description = `${here.map((code) => PROBLEM_KINDS[code].title).join('; ')}.`;
    const page = status === 401 && isPage ? SIGN_IN_PAGE : {};
    const content = { 'application/problem+json': { schema: problemSchema, examples }, ...page };
    return [status, { description, headers: versionHeader, content }];
  });
  return Object.fromEntries(entries) as ZodOpenApiResponsesObject; // the keys are statuses
}

function exampleOf(code: ProblemCode): object {
  const { title, status } = PROBLEM_KINDS[code];
  return { type: `/docs#${code}`, title, status };
}
