// Reading the PMTiles file with few requests: its head once, and neighbouring tiles together.
import { FetchSource } from 'pmtiles';

// The header, the directory and every tile of a first view of Europe stand in these first bytes of the file;
// the build arranges that and a test holds it.
export const HEAD_BYTES = 57344;
// Header and directory alone, for a map that opens closer or farther than that first view.
export const DIRECTORY_BYTES = 16384;
const GATHER_MS = 8; // requests that come within this time travel together …
const WIDEST_GAP = 12288; // … when the bytes between them cost less than another request

const aborted = () => new DOMException('No longer needed', 'AbortError');

/** Ranges wanted at about the same time, joined where they lie close: [{start, end, wanted}]. */
function joinRanges(wanted) {
  const joined = [];
  for (const one of [...wanted].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && one.start - last.end <= WIDEST_GAP) {
      last.end = Math.max(last.end, one.end);
      last.wanted.push(one);
    } else joined.push({ start: one.start, end: one.end, wanted: [one] });
  }
  return joined;
}

/** A PMTiles source that fetches the head of the file at once and gathers what is asked for later. */
export class HeadFirstSource {
  constructor(url) {
    this.file = new FetchSource(url);
    this.head = null;
    this.headBytes = DIRECTORY_BYTES;
    this.waiting = [];
  }

  /** Decide, before the first tile is asked for, whether the first view of Europe comes along with the head. */
  expectFirstView(expected) {
    if (!this.head) this.headBytes = expected ? HEAD_BYTES : DIRECTORY_BYTES;
  }

  getKey() {
    return this.file.getKey();
  }

  async getBytes(offset, length, signal) {
    if (offset + length > this.headBytes) return this.gather(offset, length, signal);
    this.head ??= this.file.getBytes(0, this.headBytes).catch((error) => {
      this.head = null;
      throw error;
    });
    const { data, ...about } = await this.head;
    return { ...about, data: data.slice(offset, offset + length) };
  }

  gather(offset, length, signal) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ start: offset, end: offset + length, signal, resolve, reject });
      if (this.waiting.length === 1) setTimeout(() => this.send(), GATHER_MS);
    });
  }

  send() {
    const waiting = this.waiting;
    this.waiting = [];
    for (const one of waiting) if (one.signal?.aborted) one.reject(aborted());
    for (const range of joinRanges(waiting.filter((one) => !one.signal?.aborted))) this.fetchRange(range);
  }

  async fetchRange({ start, end, wanted }) {
    try {
      const { data, ...about } = await this.file.getBytes(start, end - start);
      for (const one of wanted) one.resolve({ ...about, data: data.slice(one.start - start, one.end - start) });
    } catch (error) {
      for (const one of wanted) one.reject(error);
    }
  }
}
