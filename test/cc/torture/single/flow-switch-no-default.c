int test(void) { int s = 5; switch (s) { case 1: s = 9; } switch (s) ; switch (s) { } switch (s) { default: s++; } return s; }
// expect: 6
