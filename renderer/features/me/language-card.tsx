import { NativeSelect } from '@mantine/core';
import { Language, type Me } from '../../../shared/me.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card } from '../../ui/page.tsx';

const words: Record<Language, string> = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
  sv: 'Svenska',
  ja: '日本語',
};
const options = [
  { value: '', label: 'As the bench' },
  ...Language.options.map(value => ({ value, label: words[value] })),
];

/** How the person reads dates best, kept with the account. */
export function LanguageCard({ me, onChanged }: { me: Me; onChanged: () => void }) {
  const { api } = useBench();
  const { error, run } = useAction();

  function choose(value: string): void {
    const language = Language.safeParse(value).data ?? null;
    void run(() => api['me.set_language']({ language }).then(onChanged));
  }

  return (
    <Card title="Language">
      <p className="prose">
        The screens are in English. Dates and times are written as in this language, and internal reports are offered in
        it first.
      </p>
      <NativeSelect
        label="My language"
        data={options}
        value={me.language ?? ''}
        onChange={event => choose(event.currentTarget.value)}
      />
      <ErrorAlert error={error} />
    </Card>
  );
}
