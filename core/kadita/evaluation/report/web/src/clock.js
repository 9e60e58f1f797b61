// One clock for all runs: the sorted union of the times of their frames.

/** Index of the last of sorted times at or before t; 0 where t is before all. */
export function before(times, t) {
  let a = 0, b = times.length - 1;
  while (a < b) {
    const c = (a + b + 1) >> 1;
    if (times[c] <= t) a = c;
    else b = c - 1;
  }
  return a;
}

/** Time as a number of frames, with a fraction between two; held at the ends. */
export function frameAt(times, t) {
  const a = before(times, t), b = Math.min(a + 1, times.length - 1);
  return b === a ? a : a + Math.min(Math.max((t - times[a]) / (times[b] - times[a]), 0), 1);
}

/** The value of a series at a time: in the last frame of all before it, or of a long series, of the film's frames. */
export function valueAt({ times, values, sampled }, run, t) {
  const of = sampled ? run.times : times;
  return t < of[0] || t > of[of.length - 1] ? null : (sampled ?? values)[before(of, t)];
}

/** Time at an index with a fraction. */
export function timeAt(times, index) {
  const a = Math.min(Math.floor(index), times.length - 1), b = Math.min(a + 1, times.length - 1);
  return times[a] + (index - a) * (times[b] - times[a]);
}

const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/**
 * The clock: `times`, and `beats`, what the film counts while it plays. One run plays frame by frame, however long the
 * gaps between its frames. Several play in time, since their frames alternate; no gap takes longer than a usual frame.
 */
export function clock(runs) {
  const times = [...new Set(runs.flatMap((run) => run.times))].sort((a, b) => a - b);
  const usual = Math.min(...runs.map((run) => middle(run.times.slice(1).map((t, k) => t - run.times[k])) || Infinity));
  const beats = new Float64Array(times.length);
  for (let k = 1; k < times.length; k++) {
    beats[k] = beats[k - 1] + (runs.length === 1 ? 1 : Math.min((times[k] - times[k - 1]) / usual, 1));
  }
  return { times, beats, usual, last: times.length - 1 };
}

/**
 * Beats in a second at speed 1: real time where the unit is a second and a frame is neither too long nor too short for
 * it; else once through in 20 s, as far as 2 to 12 frames a second allow.
 */
export function tempo({ beats, usual, last }, unit) {
  const real = unit === "s" ? 1 / usual : 0;
  return real >= 2 && real <= 120 ? real : Math.min(12, Math.max(2, beats[last] / 20));
}
