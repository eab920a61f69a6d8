import { expect } from 'chai';
import type { Identity } from '../../../lib/process/os/process-identity.ts';
import { MainRounds, type RoundMember } from '../../../lib/process/tree/main-rounds.ts';

class Member implements RoundMember {
  readonly main: Identity;
  isSuspect = false;
  readonly seen: boolean[] = [];

  constructor(pid: number) {
    this.main = { pid, start: '1' };
  }

  mainChecked(isLiving: boolean): void {
    this.seen.push(isLiving);
  }
}

describe('the rounds over main processes', () => {
  let dead: Set<Identity>;
  let rounds: MainRounds;

  beforeEach(() => {
    dead = new Set();
    rounds = new MainRounds((identities) => new Set(identities.filter((identity) => !dead.has(identity))));
  });

  afterEach(() => {
    rounds.close();
  });

  /** So many rounds of a second, over so many processes. */
  function take(count: number, roundCount: number): readonly Member[] {
    const members = Array.from({ length: count }, (_, index) => new Member(index + 1));
    for (const member of members) rounds.add(member);
    for (let round = 0; round < roundCount; round += 1) rounds.check();
    return members;
  }

  it('check each once in 2 s while there are few', () => {
    for (const { seen } of take(60, 2)) expect(seen).to.deep.equal([true]);
  });

  it('check at most 30 a second, one after the other, while there are many', () => {
    const members = take(990, 33);
    for (const { seen } of members) expect(seen).to.have.length(1);
    rounds.check();
    expect(members.filter(({ seen }) => seen.length === 2)).to.have.length(30);
  });

  it('check suspects in every round, without checking more processes in total', () => {
    const members = take(1_000, 0);
    for (const member of members.slice(0, 10)) member.isSuspect = true;
    rounds.check(); // and finds them to be suspects
    for (let round = 0; round < 5; round += 1) rounds.check();
    for (const { seen } of members.slice(0, 10)) expect(seen).to.have.length(3);
    expect(members.slice(10).filter(({ seen }) => seen.length > 0)).to.have.length(20 + 5 * 18);
  });

  it('distinguish a dead process from a live one that got its pid', () => {
    const [old, young] = [new Member(7), new Member(7)];
    dead.add(old.main);
    for (const member of [old, young]) rounds.add(member);
    for (let round = 0; round < 4; round += 1) rounds.check();
    expect(old.seen).to.include(false).and.not.include(true);
    expect(young.seen).to.include(true).and.not.include(false);
  });

  it('skip members without a main process, and removed ones', () => {
    const [member] = take(1, 0);
    rounds.add({ main: null, isSuspect: true, mainChecked: () => expect.fail('It has no main process.') });
    rounds.delete(member!);
    rounds.check();
    expect(member!.seen).to.be.empty;
  });

  it('report nothing while processes cannot be checked', () => {
    rounds = new MainRounds(() => {
      throw Object.assign(new Error('no descriptor is free'), { code: 'EMFILE' });
    });
    expect(take(1, 1)[0]!.seen).to.be.empty;
  });
});
