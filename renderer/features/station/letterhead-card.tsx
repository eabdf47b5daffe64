import { Button, Group, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import { type Letterhead, ReportLanguage, ReportPaper } from '../../../shared/reports.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { readBase64 } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { languageChoices, languageWords, paperWords } from '../../ui/words.ts';

/** How the site's documents look: seen by everybody who reads reports, changed by the admin. */
export function LetterheadCard() {
  const { api } = useBench();
  const can = useCan();
  const source = useMemo(() => ({ load: () => api['reports.letterhead']() }), [api]);
  const { value, error, set } = useLive(source);
  return (
    <Card title="Letterhead of reports">
      <ErrorAlert error={error} />
      {value !== null &&
        (can('station.manage') ? (
          <LetterheadForm letterhead={value} onSaved={set} />
        ) : (
          <p>
            {value.organisation ?? 'The name of the site'}, {languageWords[value.language]}, {paperWords[value.paper]}
          </p>
        ))}
    </Card>
  );
}

type Logo = Letterhead['logo'];

function LetterheadForm({ letterhead, onSaved }: { letterhead: Letterhead; onSaved: (saved: Letterhead) => void }) {
  const { api, info } = useBench();
  const { busy, error, run } = useAction();
  const [organisation, setOrganisation] = useState(letterhead.organisation ?? '');
  const [address, setAddress] = useState(letterhead.address.join('\n'));
  const [accent, setAccent] = useState(letterhead.accent ?? '');
  const [language, setLanguage] = useState(letterhead.language);
  const [paper, setPaper] = useState(letterhead.paper);
  const [logo, setLogo] = useState<Logo | undefined>(undefined);
  const [saved, setSaved] = useState(false);

  function submit(event: FormEvent): void {
    event.preventDefault();
    setSaved(false);
    void run(async () => {
      const lines = address.split('\n').filter(line => line.trim() !== '');
      const rest = { address: lines, language, paper, accent: accent === '' ? null : accent.toLowerCase() };
      const logoBase64 = logo === undefined ? {} : { logoBase64: logo?.base64 ?? null };
      onSaved(
        await api['reports.set_letterhead']({
          ...rest,
          ...logoBase64,
          organisation: organisation.trim() === '' ? null : organisation,
        }),
      );
      setLogo(undefined);
      setSaved(true);
    });
  }

  async function choose([file]: File[]): Promise<void> {
    if (!file) return;
    const base64 = await readBase64(file);
    setLogo({ mediaType: file.type === 'image/png' ? 'image/png' : 'image/jpeg', base64 });
  }

  return (
    <form onSubmit={submit} aria-label="Letterhead of reports">
      <Stack gap="sm">
        <TextInput
          label="Organisation"
          description={`Without one, reports name the site: ${info.siteName ?? 'not named'}`}
          maxLength={200}
          value={organisation}
          onChange={event => setOrganisation(event.currentTarget.value)}
        />
        <Textarea
          label="Address"
          description="Up to four lines"
          autosize
          minRows={2}
          maxRows={4}
          value={address}
          onChange={event => setAddress(event.currentTarget.value)}
        />
        <Group gap="sm" align="end" wrap="wrap">
          <NativeSelect
            label="Language"
            data={languageChoices}
            value={language}
            onChange={event => setLanguage(ReportLanguage.parse(event.currentTarget.value))}
          />
          <NativeSelect
            label="Paper"
            data={ReportPaper.options.map(option => ({ value: option, label: paperWords[option] }))}
            value={paper}
            onChange={event => setPaper(ReportPaper.parse(event.currentTarget.value))}
          />
          <TextInput
            label="Colour"
            placeholder="#1a4f8b"
            value={accent}
            onChange={event => setAccent(event.currentTarget.value)}
          />
        </Group>
        <LogoPreview logo={logo === undefined ? letterhead.logo : logo} onRemove={() => setLogo(null)} />
        <FileDrop
          label="Choose a logo: PNG or JPEG up to 512 KiB"
          accept="image/png,image/jpeg"
          busy={busy}
          onFiles={files => void run(() => choose(files))}
        />
        <ErrorAlert error={error} />
        <Group>
          <Button type="submit" loading={busy}>
            Save the letterhead
          </Button>
          {saved && <StatusMark tone="good">Saved. Reports from now on look like this.</StatusMark>}
        </Group>
      </Stack>
    </form>
  );
}

function LogoPreview({ logo, onRemove }: { logo: Logo; onRemove: () => void }) {
  if (logo === null) return null;
  return (
    <Group gap="sm">
      <img className="logo-preview" src={`data:${logo.mediaType};base64,${logo.base64}`} alt="Logo on reports" />
      <Button variant="default" onClick={onRemove}>
        Remove the logo
      </Button>
    </Group>
  );
}
