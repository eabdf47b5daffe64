import { IconPaperclip } from '@tabler/icons-react';
import { type DragEvent, useRef, useState } from 'react';

type Props = { label: string; accept: string; busy: boolean; onFiles: (files: File[]) => void };

/** Takes files by the file dialog or by dragging them onto it. */
export function FileDrop({ label, accept, busy, onFiles }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  function drop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    onFiles([...event.dataTransfer.files]);
  }

  return (
    <label
      className="file-drop"
      data-over={over}
      onDragOver={event => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <IconPaperclip aria-hidden />
      <span>{busy ? 'Storing …' : label}</span>
      <input
        ref={input}
        type="file"
        multiple
        accept={accept}
        disabled={busy}
        onChange={event => {
          onFiles([...(event.currentTarget.files ?? [])]);
          if (input.current) input.current.value = '';
        }}
      />
    </label>
  );
}
