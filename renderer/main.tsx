// First of all imports: schemas must not compile themselves under the page's policy.
import './zod-config.ts';
import '@mantine/core/styles.css';
import 'virtual:theme.css';
import './styles/base.css';
import './styles/bench.css';
import './styles/parts.css';
import './styles/papers.css';
import './styles/review.css';
import './styles/people.css';
import { MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connectStation } from './api.ts';
import { App } from './app.tsx';
import { theme } from './theme.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const station = connectStation(window);

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <App station={station} />
    </MantineProvider>
  </StrictMode>,
);
