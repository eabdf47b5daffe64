import { type CSSVariablesResolver, createTheme, DEFAULT_THEME } from '@mantine/core';

export const baseTheme = DEFAULT_THEME;

/** Shade 9 is the first at which white text on every filled colour we use reaches 4.5 : 1. */
export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: 9,
  defaultRadius: 'md',
  fontFamily: "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', monospace",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'md' } },
    // Nearly every field is required, so an asterisk on each says nothing.
    TextInput: { defaultProps: { size: 'md', withAsterisk: false } },
    PasswordInput: { defaultProps: { size: 'md', withAsterisk: false } },
    Textarea: { defaultProps: { size: 'md', withAsterisk: false, rows: 3 } },
    NativeSelect: { defaultProps: { size: 'md', withAsterisk: false } },
    Autocomplete: { defaultProps: { size: 'md', withAsterisk: false } },
    // Locking the page's scrolling would inject a <style> element.
    Modal: { defaultProps: { lockScroll: false, centered: true, transitionProps: { duration: 0 } } },
    Menu: { defaultProps: { transitionProps: { duration: 0 } } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': 'var(--mantine-color-gray-0)',
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--mantine-color-disabled-color': 'var(--mantine-color-gray-7)',
    '--mantine-color-default-border': 'var(--mantine-color-gray-6)',
    '--bench-card': 'var(--mantine-color-white)',
    '--bench-sunken': 'var(--mantine-color-gray-1)',
    '--bench-line': 'var(--mantine-color-gray-4)',
    '--bench-focus': 'var(--mantine-color-blue-9)',
    '--bench-good': 'var(--mantine-color-teal-9)',
    '--bench-working': 'var(--mantine-color-blue-9)',
    '--bench-attention': '#a34700',
    '--bench-bad': 'var(--mantine-color-red-9)',
    '--bench-quiet': 'var(--mantine-color-gray-7)',
    '--bench-training': '#ffe066',
    '--bench-training-text': '#212529',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-3)',
    '--mantine-color-disabled': 'var(--mantine-color-dark-5)',
    '--mantine-color-disabled-color': 'var(--mantine-color-dark-1)',
    '--mantine-color-default-border': 'var(--mantine-color-dark-2)',
    '--bench-card': 'var(--mantine-color-dark-6)',
    '--bench-sunken': 'var(--mantine-color-dark-8)',
    '--bench-line': 'var(--mantine-color-dark-4)',
    '--bench-focus': 'var(--mantine-color-blue-3)',
    '--bench-good': 'var(--mantine-color-teal-3)',
    '--bench-working': 'var(--mantine-color-blue-3)',
    '--bench-attention': 'var(--mantine-color-yellow-4)',
    '--bench-bad': 'var(--mantine-color-red-3)',
    '--bench-quiet': 'var(--mantine-color-dark-1)',
    '--bench-training': '#ffe066',
    '--bench-training-text': '#212529',
  },
});
