/* Boils water for tea. */
#include <stdio.h>

static int minutes(int cups) {
  int leaves = 2 * cups; /* Forgotten on purpose: -Wall sees that nobody takes them. */
  return 1 + cups;
}

int main(void) {
  printf("ready in %d minutes\n", minutes(4));
  return 0;
}
