import { expect } from 'chai';
import { isHostFaultError, isNoRoom } from '../../../lib/model/process.ts';
import { systemCodeOf, systemErrorText } from '../../../lib/model/system-error.ts';

const UNKNOWN = 'Unknown system error -122';
/** As Node reports that a quota is used up. */
const OVER_QUOTA = Object.assign(new Error(`${UNKNOWN}: ${UNKNOWN}, open '/plant/host.json'`), {
  code: UNKNOWN,
  errno: -122,
});
const FULL = Object.assign(new Error("ENOSPC: no space left on device, open '/plant/host.json'"), {
  code: 'ENOSPC',
  errno: -28,
});

describe('an error of the system', () => {
  it('that Node does not name has its usual code', () => {
    expect(systemCodeOf(OVER_QUOTA)).to.equal('EDQUOT');
    expect(systemErrorText(OVER_QUOTA)).to.equal("EDQUOT: disk quota exceeded, open '/plant/host.json'");
  });

  it('keeps the code and the message that it has', () => {
    expect(systemCodeOf(FULL)).to.equal('ENOSPC');
    expect(systemErrorText(FULL)).to.equal(FULL.message);
    const other = 'Unknown system error -999: Unknown system error -999, read';
    expect(systemErrorText(new Error(other))).to.equal(other);
    expect(systemCodeOf(new Error('a bug'))).to.equal('');
    expect(systemCodeOf('EDQUOT')).to.equal('');
  });

  it('is no fault of a service if a quota is used up, as if the disk is full', () => {
    expect([OVER_QUOTA, FULL].map(isNoRoom)).to.deep.equal([true, true]);
    expect([OVER_QUOTA, FULL].map(isHostFaultError)).to.deep.equal([true, true]);
    expect(isNoRoom(Object.assign(new Error('no such file'), { code: 'ENOENT', errno: -2 }))).to.equal(false);
  });
});
