import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect } from 'chai';
import { openApiDocument } from '../../../lib/api/document.ts';

describe('the OpenAPI document', function () {
  // The linter looks at every node of a large document with every rule.
  this.timeout(30_000);

  it('has no error and no warning of the linter', async () => {
    const config = await createConfig({ extends: ['recommended-strict'] });
    const problems = await lintFromString({ source: JSON.stringify(openApiDocument('1.2.3')), config });
    const told = problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer ?? ''}: ${message}`);
    // `GET /` can do nothing but redirect.
    expect(told.filter((one) => !one.startsWith('operation-2xx-response #/paths/~1/get/'))).to.deep.equal([]);
  });
});
