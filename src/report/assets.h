/* The files of assets/report, embedded at build time (cmake/texts.cmake). */
#ifndef VKPCL_REPORT_ASSETS_H
#define VKPCL_REPORT_ASSETS_H
#include <stddef.h>

struct vp_report_asset {
    const char *name; /* without suffix: "page", "style", "chart" */
    const char *text;
    size_t bytes;
};
extern const struct vp_report_asset vp_report_assets[];
extern const int vp_report_asset_count;

#endif
