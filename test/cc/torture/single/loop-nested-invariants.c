int test(void) {
  volatile unsigned data[4] = {3, 1, 4, 1}, limit = 4;
  unsigned sum = 0, n = limit & 7;
  for (unsigned i = 0; i < n; i++) {
    unsigned j = data[i & 3] & 3, t;
    if (data[(i + 1) & 3] == 1) sum += 7;
    do {
      t = i * 7 + 3;
      sum += t ^ j;
    } while (++j < 6);
    sum = sum * 3 + (t | 64) * 5;
  }
  return sum;
}
// expect: 18656
