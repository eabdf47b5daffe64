import type { KeyboardEvent } from 'react';

/** Arrow keys walk from tile to tile in reading order. */
export function moveBetweenTiles(event: KeyboardEvent<HTMLUListElement>): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined || !(event.target instanceof HTMLElement)) return;
  const tiles = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-tile]')];
  const here = tiles.findIndex(tile => tile.contains(event.target as HTMLElement));
  const next = tiles[here + step]?.querySelector<HTMLElement>('button');
  if (!next) return;
  event.preventDefault();
  next.focus();
}
