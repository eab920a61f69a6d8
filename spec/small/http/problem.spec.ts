import { expect } from 'chai';
import { PROBLEM_KINDS } from '../../../lib/api/problems.ts';
import { problemAnswer, RequestError } from '../../../lib/http/problem.ts';
import { AgentNotFoundError, ConfigInvalidError, StoreUnavailableError } from '../../../lib/model/errors.ts';

describe('a problem document', () => {
  it('has the status and the title of its code, and the message of the error', () => {
    expect(problemAnswer(new AgentNotFoundError('pump1'), '/api/agents/pump1')).to.deep.equal({
      problem: {
        type: '/docs#agent_not_found',
        title: 'Agent not found',
        status: 404,
        detail: 'Agent "pump1" not found. GET /api/agents/ lists all agents.',
        instance: '/api/agents/pump1',
      },
      headers: {},
    });
  });

  it('lists field problems if there are any', () => {
    const issues = [{ path: 'a.b', message: 'wrong', line: 2, column: 1 }];
    const { problem } = problemAnswer(new ConfigInvalidError('It does not fit.', issues), '/x');
    expect(problem.errors).to.deep.equal(issues);
  });

  it('has the headers of its error and a Retry-After', () => {
    const refusal = new RequestError('method_not_allowed', 'PUT is not possible.', { headers: { Allow: 'GET' } });
    expect(problemAnswer(refusal, '/x').headers).to.deep.equal({ Allow: 'GET' });
    expect(problemAnswer(new StoreUnavailableError('Full.'), '/x').headers).to.deep.equal({ 'Retry-After': '1' });
  });

  it('reveals nothing of an unknown error', () => {
    for (const error of [new Error('secret'), 'secret', null, undefined, { code: 'agent_not_found' }]) {
      expect(problemAnswer(error, '/x')).to.deep.equal({
        problem: { type: '/docs#internal', title: 'Internal error', status: 500, instance: '/x' },
        headers: {},
      });
    }
  });

  it('exists for every code, with its own title', () => {
    const kinds = Object.values(PROBLEM_KINDS);
    for (const { status, title } of kinds) {
      expect(status).to.be.within(400, 599);
      expect(title).to.match(/^[A-Z]/);
    }
    expect(new Set(kinds.map(({ title }) => title)).size).to.equal(kinds.length);
  });
});
