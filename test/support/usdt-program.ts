// A C program with USDT probes, written as sys/sdt.h writes them; that header need not be installed.

/** `PROBE(provider, name, semaphore, "-4@%0 8@%1", operands)` leaves a nop and a note. */
const probeMacro = String.raw`
#define PROBE(provider, name, semaphore, arguments, ...) __asm__ volatile( \
  "990: nop\n" \
  ".pushsection .note.stapsdt,\"?\",\"note\"\n" \
  ".balign 4\n" \
  ".4byte 992f-991f, 994f-993f, 3\n" \
  "991: .asciz \"stapsdt\"\n" \
  "992: .balign 4\n" \
  "993: .8byte 990b, _.stapsdt.base, " semaphore "\n" \
  ".asciz \"" provider "\"\n.asciz \"" name "\"\n.asciz \"" arguments "\"\n" \
  "994: .balign 4\n" \
  ".popsection\n" \
  ".ifndef _.stapsdt.base\n" \
  ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n" \
  ".weak _.stapsdt.base\n.hidden _.stapsdt.base\n" \
  "_.stapsdt.base: .space 1\n.size _.stapsdt.base, 1\n" \
  ".popsection\n" \
  ".endif\n" :: __VA_ARGS__)
`;

/**
 * Runs its probes once for every line that it reads, and answers with the semaphore's value.
 *
 * `shop:sale(int count, long price, char *what, const 42, short)` in two places, `shop:guarded(unsigned)` with a
 * semaphore, `shop:indexed(int)` with an index register.
 */
export const usdtProgram = `
#include <stdio.h>
${probeMacro}
__attribute__((section(".probes"))) volatile unsigned short shop_guarded_semaphore;
static int table[8] = {0, 11, 22, 33, 44, 55, 66, 77};
__attribute__((noinline)) static void sale(int count, long price, const char *what) {
  volatile short change = -3;
  volatile char touched = *what; /* programs cannot wait for its page */
  PROBE("shop", "sale", "0", "-4@%k0 -8@%1 8@%2 -4@%3 -2@%4", "r"(count), "m"(price), "r"(what), "n"(42), "m"(change));
}
__attribute__((noinline)) static void indexed(long at) {
  register int *base __asm__("rbx") = table;
  register long index __asm__("rcx") = at;
  PROBE("shop", "indexed", "0", "-4@4(%0,%1,4)", "r"(base), "r"(index), "m"(table));
}
int main(void) {
  char line[16];
  while (fgets(line, sizeof(line), stdin)) {
    sale(-7, 1L << 40, "apples");
    PROBE("shop", "sale", "0", "-4@%k0 -8@%1 8@%2 -4@%3 -2@%4", "r"(8), "r"(9L), "r"("pears"), "n"(-42), "n"(1));
    if (shop_guarded_semaphore) PROBE("shop", "guarded", "shop_guarded_semaphore", "4@%k0", "r"(0xfffffffe));
    indexed(2);
    printf("%d\\n", shop_guarded_semaphore);
    fflush(stdout);
  }
}
`;
