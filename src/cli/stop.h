/* Ctrl-C and kill as a wish to end in order. The signals are blocked and looked for where it suits, so there is no
 * handler and no global; once one has come they are let through again, and a second one ends the program at once. */
#ifndef VKPCL_CLI_STOP_H
#define VKPCL_CLI_STOP_H
#include <stdbool.h>

void vp_stop_block(void);  /* before any thread exists: all inherit it */
bool vp_stop_wanted(void); /* has one come since? */

#endif
