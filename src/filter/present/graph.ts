// The control-flow graph of a program, as Graphviz text and as a drawing of its own.

import { type ClassicInstruction, formatClassicInstruction } from '../../isa/index.ts';
import { type FlowBlock, flowBlocks } from './flow.ts';

/** Listing of a block without its jump's numbers: the arrows show where it goes. */
function blockLines(program: readonly ClassicInstruction[], block: FlowBlock): string[] {
  const lines: string[] = [];
  for (let at = block.first; at <= block.last; at++) {
    const text = formatClassicInstruction(program[at] as ClassicInstruction, at);
    lines.push(
      text
        .replace(/\s+jt \d+\s+jf \d+$/, '')
        .replace(/\s+/g, ' ')
        .trim(),
    );
  }
  return lines;
}

function isReturn(program: readonly ClassicInstruction[], block: FlowBlock): 'match' | 'miss' | undefined {
  const last = program[block.last] as ClassicInstruction;
  if ((last.code & 7) !== 6) return undefined;
  return last.code === 6 && last.k === 0 ? 'miss' : 'match';
}

/** Graphviz text: green arrows where a test holds, red ones where it does not. */
export function toDot(program: readonly ClassicInstruction[]): string {
  const lines = ['digraph filter {', '  node [shape=box, fontname=monospace];'];
  for (const block of flowBlocks(program)) {
    const label = blockLines(program, block)
      .map((line) => `${line.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}\\l`)
      .join('');
    lines.push(`  b${block.first} [label="${label}"];`);
    const isTest = block.no !== undefined;
    if (block.yes !== undefined)
      lines.push(`  b${block.first} -> b${block.yes}${isTest ? ' [color=green, label=yes]' : ''};`);
    if (block.no !== undefined) lines.push(`  b${block.first} -> b${block.no} [color=red, label=no];`);
  }
  return `${lines.join('\n')}\n}\n`;
}

interface Box {
  readonly block: FlowBlock;
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
  row: number;
  column: number;
  x: number;
  y: number;
}

const CHARACTER_WIDTH = 7.3;
const LINE_HEIGHT = 16;
const PADDING = 8;
const GAP_X = 36;
const GAP_Y = 44;

function makeBoxes(program: readonly ClassicInstruction[]): Map<number, Box> {
  const boxes = new Map<number, Box>();
  for (const block of flowBlocks(program)) {
    const lines = blockLines(program, block);
    const width = Math.max(...lines.map((line) => line.length)) * CHARACTER_WIDTH + 2 * PADDING;
    boxes.set(block.first, {
      block,
      lines,
      width,
      height: lines.length * LINE_HEIGHT + 2 * PADDING,
      row: 0,
      column: 0,
      x: 0,
      y: 0,
    });
  }
  return boxes;
}

function successors(box: Box): number[] {
  return [box.block.yes, box.block.no].filter((at) => at !== undefined);
}

/** Each box stands below all that lead to it. */
function assignRows(boxes: ReadonlyMap<number, Box>): Box[][] {
  const rows: Box[][] = [];
  for (const box of boxes.values()) {
    for (const next of successors(box)) {
      const target = boxes.get(next);
      if (target && next > box.block.first) target.row = Math.max(target.row, box.row + 1);
    }
  }
  for (const box of boxes.values()) {
    const row = rows[box.row] ?? [];
    rows[box.row] = row;
    row.push(box);
  }
  return rows;
}

/** A few sweeps that order each row by where its neighbours are (the barycentre method of Sugiyama and others). */
function orderRows(rows: readonly Box[][], boxes: ReadonlyMap<number, Box>): void {
  const above = new Map<Box, Box[]>();
  for (const box of boxes.values()) {
    for (const next of successors(box)) {
      const target = boxes.get(next);
      if (target) above.set(target, [...(above.get(target) ?? []), box]);
    }
  }
  const settle = (row: Box[], neighbours: (box: Box) => readonly Box[]): void => {
    const weight = (box: Box): number => {
      const near = neighbours(box);
      return near.length === 0 ? box.column : near.reduce((sum, other) => sum + other.column, 0) / near.length;
    };
    row.sort((a, b) => weight(a) - weight(b));
    row.forEach((box, column) => {
      box.column = column;
    });
  };
  for (const row of rows) settle(row, () => []);
  for (let sweep = 0; sweep < 6; sweep++) {
    for (const row of rows) settle(row, (box) => above.get(box) ?? []);
    for (const row of [...rows].reverse()) settle(row, (box) => successors(box).map((at) => boxes.get(at) as Box));
  }
}

function assignPlaces(rows: readonly Box[][]): { width: number; height: number } {
  const widths = rows.map((row) => row.reduce((sum, box) => sum + box.width + GAP_X, GAP_X));
  const width = Math.max(...widths);
  let y = GAP_Y / 2;
  rows.forEach((row, index) => {
    let x = (width - (widths[index] as number)) / 2 + GAP_X;
    for (const box of row) {
      box.x = x;
      box.y = y;
      x += box.width + GAP_X;
    }
    y += Math.max(...row.map((box) => box.height)) + GAP_Y;
  });
  return { width, height: y };
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function drawBox(box: Box, kind: 'match' | 'miss' | undefined): string {
  const fill = kind === 'match' ? '#d9f2d9' : kind === 'miss' ? '#f6d9d9' : '#f4f6fa';
  const text = box.lines
    .map(
      (line, index) =>
        `<text x="${round(box.x + PADDING)}" y="${round(box.y + PADDING + LINE_HEIGHT * (index + 0.75))}">${escapeXml(line)}</text>`,
    )
    .join('');
  return `<rect x="${round(box.x)}" y="${round(box.y)}" width="${round(box.width)}" height="${round(box.height)}" rx="4" fill="${fill}" stroke="#456"/>${text}`;
}

function drawArrow(from: Box, to: Box, side: 'yes' | 'no' | 'only'): string {
  const color = side === 'yes' ? '#2a8a3e' : side === 'no' ? '#c0392b' : '#456';
  const share = side === 'yes' ? 0.3 : side === 'no' ? 0.7 : 0.5;
  const [x1, y1] = [from.x + from.width * share, from.y + from.height];
  const [x2, y2] = [to.x + to.width / 2, to.y];
  const bend = Math.max(GAP_Y / 2, (y2 - y1) / 3);
  const path = `M${round(x1)},${round(y1)} C${round(x1)},${round(y1 + bend)} ${round(x2)},${round(y2 - bend)} ${round(x2)},${round(y2)}`;
  return `<path d="${path}" fill="none" stroke="${color}" marker-end="url(#tip-${side})"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function markers(): string {
  return (['yes', 'no', 'only'] as const)
    .map((side) => {
      const color = side === 'yes' ? '#2a8a3e' : side === 'no' ? '#c0392b' : '#456';
      return `<marker id="tip-${side}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="${color}"/></marker>`;
    })
    .join('');
}

/** The graph as a drawing: boxes in rows from the first test down to the returns, green arrows for yes, red for no. */
export function toSvg(program: readonly ClassicInstruction[]): string {
  const boxes = makeBoxes(program);
  const rows = assignRows(boxes);
  orderRows(rows, boxes);
  const { width, height } = assignPlaces(rows);
  const parts: string[] = [];
  for (const box of boxes.values()) {
    const isTest = box.block.no !== undefined;
    for (const [index, next] of successors(box).entries()) {
      parts.push(drawArrow(box, boxes.get(next) as Box, isTest ? (index === 0 ? 'yes' : 'no') : 'only'));
    }
  }
  for (const box of boxes.values()) parts.push(drawBox(box, isReturn(program, box.block)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" font-family="monospace" font-size="12"><defs>${markers()}</defs>\n${parts.join('\n')}\n</svg>\n`;
}
