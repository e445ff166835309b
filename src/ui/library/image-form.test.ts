import { describe, expect, it } from 'vitest';
import { fieldsOf, parseAddress, readFields } from './image-form';

describe('the form for an image', () => {
  it('starts with the usual places', () => {
    expect(fieldsOf({})).toEqual({
      ...{ format: 'flat', bits: '32' },
      ...{ loadAddress: '0x00100000', entry: '0x00100000' },
    });
    expect(fieldsOf({ format: 'flat', bits: 16 }).loadAddress).toBe('0x00007c00');
  });

  it.each([
    ['0x100000', 0x100000],
    ['7c00', 0x7c00],
    ['7C00h', 0x7c00],
    [' 0xFFFF ', 0xffff],
    ['', null],
    ['hello', null],
    ['0x123456789', null],
  ])('reads the address %j', (text, value) => expect(parseAddress(text)).toBe(value));

  it('answers with a choice, or with what is wrong beside its field', () => {
    const fields = fieldsOf({ format: 'flat', loadAddress: 0x200000 });
    expect(readFields(fields, 4)).toEqual({
      choice: { format: 'flat', loadAddress: 0x200000, entry: 0x200000, bits: 32 },
    });
    expect(readFields({ ...fields, entry: '0x200004' }, 4)).toMatchObject({
      wrong: { entry: expect.stringContaining('0x00200003') },
    });
    expect(readFields({ ...fields, loadAddress: 'x' }, 4)).toMatchObject({
      wrong: { loadAddress: expect.stringContaining('hexadecimal') },
    });
    expect(readFields({ ...fields, format: 'rom', entry: 'x' }, 4)).toEqual({
      choice: { format: 'rom' },
    });
  });
});
