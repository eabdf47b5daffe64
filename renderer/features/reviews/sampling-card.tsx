import { useMemo } from 'react';
import type { Period, SamplingBlock, SamplingOperator } from '../../../shared/sampling.ts';
import { useBench } from '../../state/bench.tsx';
import { routeHref } from '../../state/route.ts';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card, Empty } from '../../ui/page.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { shortTime } from '../../ui/time.ts';
import { sampleTones } from '../../ui/tones.ts';
import { sampleStateWords } from '../../ui/words.ts';
import { ExportButton } from './export-button.tsx';

/** One device in each block of twenty is drawn and looked at again by somebody else: what was, and what still waits. */
export function SamplingCard({ period }: { period: Period }) {
  const { api } = useBench();
  const source = useMemo(() => ({ load: () => api['sampling.coverage'](period) }), [api, period]);
  const { value, error } = useLive(source);
  if (value === null) return <ErrorAlert error={error} />;
  const { sanitised, drawn, verified, failed, outstanding, handedOver, blocks, operators } = value;
  const numbers = {
    Sanitised: sanitised,
    Drawn: drawn,
    Verified: verified,
    Failed: failed,
    'Waiting for verification': outstanding,
    ...(handedOver > 0 ? { 'Owed at another station': handedOver } : {}),
  };
  return (
    <>
      <Card title="Coverage" aside={<ExportButton onExport={() => api['sampling.export'](period)} />}>
        <ErrorAlert error={error} />
        <dl className="numbers">
          {Object.entries(numbers).map(([name, number]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{number}</dd>
            </div>
          ))}
        </dl>
      </Card>
      {blocks.length === 0 ? <Empty>No device was sanitised in this period.</Empty> : <Blocks blocks={blocks} />}
      {operators.length > 0 && <Operators operators={operators} />}
    </>
  );
}

function Blocks({ blocks }: { blocks: readonly SamplingBlock[] }) {
  return (
    <table className="table" aria-label="Blocks">
      <thead>
        <tr>
          <th scope="col">Block</th>
          <th scope="col">Opened</th>
          <th scope="col" className="number">
            Sanitised of 20
          </th>
          <th scope="col">Drawn</th>
          <th scope="col">Outcome</th>
          <th scope="col">Verified by</th>
        </tr>
      </thead>
      <tbody>
        {blocks.map(block => (
          <tr key={`${block.block} ${block.jobId}`}>
            <td>{block.block ?? 'From another station'}</td>
            <td>{shortTime(block.openedAt)}</td>
            <td className="number">{block.taken}</td>
            <td>
              {block.jobId === null ? '–' : <a href={routeHref({ screen: 'jobs', id: block.jobId })}>{block.ticket}</a>}
            </td>
            <td>
              <StatusMark tone={sampleTones[block.state]}>{sampleStateWords[block.state]}</StatusMark>
            </td>
            <td>
              {block.verifiedAt === null ? '–' : `${block.verifierName ?? 'erased'}, ${shortTime(block.verifiedAt)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Operators({ operators }: { operators: readonly SamplingOperator[] }) {
  return (
    <table className="table" aria-label="People">
      <thead>
        <tr>
          <th scope="col">Person</th>
          <th scope="col" className="number">
            Sanitised
          </th>
          <th scope="col" className="number">
            Of these drawn
          </th>
          <th scope="col" className="number">
            Samples of others verified
          </th>
        </tr>
      </thead>
      <tbody>
        {operators.map(person => (
          <tr key={person.operator}>
            <td>{person.operatorName ?? 'erased'}</td>
            <td className="number">{person.sanitised}</td>
            <td className="number">{person.drawn}</td>
            <td className="number">{person.verified}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
