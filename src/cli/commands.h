/* The subcommands: each parses its own flags (argv without "vkpcl NAME") and returns the exit code. */
#ifndef VKPCL_CLI_COMMANDS_H
#define VKPCL_CLI_COMMANDS_H

int vp_cmd_devices(int argc, char **argv);
int vp_cmd_ops(int argc, char **argv);
int vp_cmd_pretrain(int argc, char **argv);
int vp_cmd_replay(int argc, char **argv);
int vp_cmd_synth(int argc, char **argv);
int vp_cmd_report(int argc, char **argv);
int vp_cmd_bench(int argc, char **argv);
int vp_cmd_tune(int argc, char **argv);
int vp_cmd_pack(int argc, char **argv);
int vp_cmd_data(int argc, char **argv);
int vp_cmd_embed(int argc, char **argv);
int vp_cmd_eval(int argc, char **argv);
int vp_cmd_ablate(int argc, char **argv);

#endif
