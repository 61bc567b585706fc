/* Push constants of the cosine_embedding passes. */
#include "common/args.h"
VP_ARGS(cosine_embedding_args) {
    VP_UINT rows;
    VP_UINT columns;
    VP_FLOAT margin;
    VP_UINT accumulate;
};
