int test(void) { return 'ab' + 'abcd' % 1000; }
// expect: 25854
