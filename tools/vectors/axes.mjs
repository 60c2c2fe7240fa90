// Principal axes of rows by the cyclic Jacobi method (Golub, Van Loan 8.5) on their covariance:
// slow and exact enough, and the same digits everywhere. Largest variance first; each axis points
// so that its component of largest magnitude is positive (the sign is otherwise arbitrary).

const SWEEPS = 30;

function covariance(rows, mean) {
  const n = mean.length;
  const c = Array.from({ length: n }, () => new Float64Array(n));
  for (const row of rows) {
    for (let i = 0; i < n; ++i) {
      const x = row[i] - mean[i];
      for (let j = i; j < n; ++j) c[i][j] += x * (row[j] - mean[j]);
    }
  }
  for (let i = 0; i < n; ++i) for (let j = i; j < n; ++j) c[j][i] = c[i][j] /= rows.length;
  return c;
}

/// One rotation that makes a[p][q] zero; v collects the rotations (columns are axes).
function rotate(a, v, p, q) {
  if (a[p][q] === 0) return;
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  const n = a.length;
  for (let k = 0; k < n; ++k) {
    const x = a[k][p],
      y = a[k][q];
    a[k][p] = c * x - s * y;
    a[k][q] = s * x + c * y;
  }
  for (let k = 0; k < n; ++k) {
    const x = a[p][k],
      y = a[q][k];
    a[p][k] = c * x - s * y;
    a[q][k] = s * x + c * y;
  }
  for (let k = 0; k < n; ++k) {
    const x = v[k][p],
      y = v[k][q];
    v[k][p] = c * x - s * y;
    v[k][q] = s * x + c * y;
  }
}

function off_diagonal(a) {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) for (let j = 0; j < i; ++j) sum += a[i][j] * a[i][j];
  return sum;
}

export function principal_axes(rows, mean) {
  const a = covariance(rows, mean);
  const n = a.length;
  const v = Array.from({ length: n }, (_, i) => new Float64Array(n).fill(0).fill(1, i, i + 1));
  for (let sweep = 0; sweep < SWEEPS && off_diagonal(a) > 1e-24; ++sweep) {
    for (let p = 0; p < n; ++p) for (let q = p + 1; q < n; ++q) rotate(a, v, p, q);
  }
  if (off_diagonal(a) > 1e-20) throw new Error('the axes did not converge');
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  const axes = order.map((column) => {
    const axis = v.map((row) => row[column]);
    const largest = axis.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
    return largest < 0 ? axis.map((x) => -x) : axis;
  });
  return { axes, variances: order.map((i) => a[i][i]) };
}
