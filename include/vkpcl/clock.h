/* The clocks, in seconds. */
#ifndef VKPCL_CLOCK_H
#define VKPCL_CLOCK_H

double vp_clock_wall(void);    /* monotonic */
double vp_clock_process(void); /* CPU time of all threads of this process: what a software device costs */
double vp_clock_thread(void);  /* CPU time of the calling thread: what the host's side costs */

#endif
