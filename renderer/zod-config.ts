import { z } from 'zod';

// Compiled schemas need `new Function`, which the page's policy refuses and reports.
z.config({ jitless: true });
