import { LoginName } from '../../../shared/identity.ts';

/** Letters of other scripts, and digits, that nobody tells from these Latin ones on a screen. */
const lookAlikes: Record<string, string> = {
  ...{ а: 'a', в: 'b', е: 'e', ѕ: 's', і: 'i', ї: 'i', ј: 'j', к: 'k', м: 'm', н: 'h', о: 'o', р: 'p', с: 'c', т: 't' },
  ...{ у: 'y', х: 'x', ԁ: 'd', ԛ: 'q', ԝ: 'w', һ: 'h', ѵ: 'v', ӏ: 'l' },
  ...{ α: 'a', β: 'b', ε: 'e', η: 'n', ι: 'i', κ: 'k', ν: 'v', ο: 'o', ρ: 'p', τ: 't', υ: 'u', χ: 'x', γ: 'y' },
  ...{ ı: 'i', ɡ: 'g', ɑ: 'a', '0': 'o', '1': 'l' },
};

/** One form for every way to write a name: NFKC, case, spaces and look-alikes folded. */
export function foldName(name: string): string {
  const plain = LoginName.catch('').parse(name).normalize('NFKC').toLocaleLowerCase('und').replaceAll(/\s+/g, ' ');
  return [...plain].map(letter => lookAlikes[letter] ?? letter).join('');
}
