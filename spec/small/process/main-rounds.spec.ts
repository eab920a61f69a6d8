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
  /** The pids whose start time was read, and those that were only asked for a program. */
  let complete: number[];
  let quick: number[];
  let withoutProgram: Set<number>;

  beforeEach(() => {
    [dead, withoutProgram, complete, quick] = [new Set(), new Set(), [], []];
    rounds = new MainRounds(
      (identities) => {
        complete.push(...identities.map(({ pid }) => pid));
        return new Set(identities.filter((identity) => !dead.has(identity)));
      },
      (pid) => {
        quick.push(pid);
        return !withoutProgram.has(pid);
      },
    );
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

  it('read the start time in one of eight checks, and otherwise ask for the program of the pid', () => {
    const [member] = take(1, 16);
    expect(complete).to.deep.equal([1, 1]);
    expect(quick).to.have.length(14);
    expect(member!.seen).to.deep.equal(Array.from({ length: 16 }, () => true));
  });

  it('then distinguish a dead process from a live one that got its pid', () => {
    const [old, young] = [new Member(7), new Member(7)];
    dead.add(old.main);
    for (const member of [old, young]) rounds.add(member);
    for (let round = 0; round < 16; round += 1) rounds.check();
    const seven = Array.from({ length: 7 }, () => true);
    expect(old.seen).to.deep.equal([...seven, false]);
    expect(young.seen).to.deep.equal([...seven, true]);
  });

  it('see at once that a process without a program has ended', () => {
    const [member] = take(1, 3);
    withoutProgram.add(1);
    dead.add(member!.main);
    rounds.check();
    expect(member!.seen).to.deep.equal([true, true, true, false]);
  });

  it('read the start time where a living process does not show its program', () => {
    withoutProgram.add(1);
    const [member] = take(1, 18);
    expect(member!.seen).to.deep.equal(Array.from({ length: 18 }, () => true));
    expect(complete).to.have.length(18);
    expect(quick, 'one of nine').to.have.length(2);
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
