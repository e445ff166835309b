import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as iced from 'iced-x86';
import { describe, expect, it } from 'vitest';
import { toEsModule } from './vite-plugin-iced';

const source = readFileSync(createRequire(import.meta.url).resolve('iced-x86'), 'utf8');

describe('iced-x86 as an ES module', () => {
  it('exports every enum and class that the npm build exports', () => {
    const code = toEsModule(source);
    const exported = [...code.matchAll(/^export (?:const (\w+)|\{ (\w+) \})/gm)];
    const names = exported.map(([, constant, name]) => constant ?? name);
    const wanted = Object.keys(iced).filter(
      (name) => !/^(__|default$|module\.exports$)/.test(name),
    );
    expect(names.toSorted()).toEqual(wanted.toSorted());
  });

  it.each([
    ['Code', iced.Code],
    ['Mnemonic', iced.Mnemonic],
  ])(
    'writes %s in short, and it is the same but for names of vector forms',
    (name, enumeration) => {
      const code = toEsModule(source);
      const enumOf = /^const enumOf = [\s\S]*?^};$/m.exec(code)?.[0];
      const value = new RegExp(`^export const ${name} = (.*);$`, 'm').exec(code)?.[1] ?? '';
      expect(value).toMatch(/enumOf\('INVALID [\w ]+'\)$/);
      const written = new Function(`${enumOf} return ${value}`)();
      const isVector = (member: string | number) => /^(E?VEX|XOP|MVEX|D3NOW)_/.test(`${member}`);
      const expected = Object.entries(enumeration)
        .filter(([key]) => !isVector(key))
        .map(([key, member]) => [key, isVector(member) ? '' : member]);
      expect(written).toEqual(Object.fromEntries(expected));
    },
  );

  it('keeps the name of every form of the legacy encoding', () => {
    const lost = Object.entries(iced.Code).filter(([name, code]) => {
      if (typeof code !== 'number' || !/^(E?VEX|XOP|MVEX|D3NOW)_/.test(name)) return false;
      const info = iced.CodeExt.opCode(code);
      const legacy = info.encoding === iced.EncodingKind.Legacy;
      info.free();
      return legacy;
    });
    expect(lost).toEqual([]);
  });

  it('refuses a line it does not know, as a new version may have', () => {
    const changed = source.replace('module.exports.Code =', 'module.exports["Code"] =');
    expect(() => toEsModule(changed)).toThrow(/do not know how to rewrite/);
  });

  it('refuses a source without the tail it replaces', () => {
    expect(() => toEsModule(source.replace("require('path')", 'path'))).toThrow(/tail/);
  });
});
