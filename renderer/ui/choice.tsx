import { useId } from 'react';

type Props<V extends string> = {
  label: string;
  /** In the order in which they stand. */
  options: Readonly<Record<V, string>>;
  value: V | null;
  onChange: (value: V) => void;
  disabled?: boolean;
};

/** One of a few answers, as large buttons that arrow keys walk; nothing is chosen beforehand unless the caller says so. */
export function Choice<V extends string>({ label, options, value, onChange, disabled = false }: Props<V>) {
  const name = useId();
  return (
    <fieldset className="choice" disabled={disabled}>
      <legend>{label}</legend>
      <div className="choice-options">
        {(Object.keys(options) as V[]).map(option => (
          <label key={option} className="choice-option">
            <input type="radio" name={name} required checked={option === value} onChange={() => onChange(option)} />
            <span>{options[option]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
