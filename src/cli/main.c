/* vkpcl: trains face representations on any Vulkan device. This file only finds the subcommand. */
#include "cli/commands.h"
#include "cli/options.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"pretrain", vp_cmd_pretrain, "learn from unlabelled face images"},
    {"report", vp_cmd_report, "write one HTML page about a run"},
    {"eval", vp_cmd_eval, "measure an encoder on a task, next to pixels and an untrained network"},
    {"ablate", vp_cmd_ablate, "train the method with and without its parts, and compare"},
    {"embed", vp_cmd_embed, "write what an encoder makes of images"},
    {"replay", vp_cmd_replay, "compute one step on given weights, images and random numbers, and write everything"},
    {"synth", vp_cmd_synth, "render synthetic faces with everything known about them"},
    {"pack", vp_cmd_pack, "crop the images of any source into one array that trains without decoding"},
    {"data", vp_cmd_data, "say what a folder, list or packed set holds, with a picture"},
    {"devices", vp_cmd_devices, "list the Vulkan devices and what they can do"},
    {"bench", vp_cmd_bench, "measure the device, every op, and whole iterations"},
    {"tune", vp_cmd_tune, "time the kernels a training can choose from, and share the choices"},
    {"ops", vp_cmd_ops, "list the kernels and which of them the device can run"},
};
enum { COMMANDS = (int)(sizeof commands / sizeof *commands) };

static void print_help(FILE *out) {
    fprintf(out, "vkpcl %s: trains face representations on any Vulkan device\n\nusage: vkpcl COMMAND [flags]\n\n",
            VKPCL_VERSION);
    for (int i = 0; i < COMMANDS; i++) fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
    fprintf(out, "\nvkpcl COMMAND --help shows the flags of a command.\n");
}

int main(int argc, char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("vkpcl %s\n", VKPCL_VERSION);
        return 0;
    }
    const char *nearest = NULL;
    int best = 4;
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) return commands[i].run(argc - 2, argv + 2);
        int distance = vp_cli_distance(argv[1], commands[i].name);
        if (distance < best) {
            best = distance;
            nearest = commands[i].name;
        }
    }
    fprintf(stderr, "vkpcl: there is no command \"%s\"", argv[1]);
    if (nearest) fprintf(stderr, "; did you mean \"%s\"?", nearest);
    fprintf(stderr, " (vkpcl --help lists them)\n");
    return 2;
}
