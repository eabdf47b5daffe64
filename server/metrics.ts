import type { Stats } from './overview.ts';

/** Counts requests, and writes them with the store's counts in the text format of Prometheus. */
export function createMetrics() {
  const requests = new Map<string, number>();
  return {
    /** `route` is the pattern of the route, so that no path of a stranger makes a line. */
    count(method: string, route: string, status: number): void {
      const labels = `method="${method}",route="${route}",status="${status}"`;
      requests.set(labels, (requests.get(labels) ?? 0) + 1);
    },
    text({ logs, entries, frozen, quarantined, unprojected, projectionErrors }: Stats): string {
      const answered = [...requests].map(([labels, count]) => `bench_http_requests_total{${labels}} ${count}`).sort();
      return [
        ...described('bench_http_requests_total', 'counter', 'Requests answered since the server started.'),
        ...answered,
        ...gauge('bench_station_logs', 'Logs of stations.', logs),
        ...gauge('bench_entries', 'Entries of stations stored and cosigned.', entries),
        ...gauge('bench_frozen_logs', 'Logs of which nothing more is taken.', frozen),
        ...gauge('bench_quarantined_heads', 'Signed heads kept as evidence.', quarantined),
        ...gauge('bench_unprojected_entries', 'Entries that the projector has not read yet.', unprojected),
        ...gauge('bench_projection_errors', 'Entries that the projector could not read.', projectionErrors),
        '',
      ].join('\n');
    },
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

function described(name: string, type: 'counter' | 'gauge', help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function gauge(name: string, help: string, value: number): string[] {
  return [...described(name, 'gauge', help), `${name} ${value}`];
}
