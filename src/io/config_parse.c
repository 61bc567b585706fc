/* Configuration files: YAML events (libyaml) to keys and values. */
#include "config_internal.h"
#include "vkpcl/file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { MAX_OPTIONS = 128, MAX_KEY = 256, MAX_DEPTH = 8 };

struct reader {
    struct vp_config config; /* taken over only when the whole file was good */
    const char *name;
    const struct vp_log *log;
    struct vp_error *err;
    int line[MAX_OPTIONS]; /* where each option was set, 0: not yet */
    char ignored[512];     /* keys of the release without effect here */
};

static bool is_null(const char *text) {
    return strcmp(text, "~") == 0 || strcmp(text, "null") == 0 || *text == '\0';
}

static void note_ignored(struct reader *reader, const char *key) {
    size_t used = strlen(reader->ignored);
    snprintf(reader->ignored + used, sizeof reader->ignored - used, "%s%s", used ? ", " : "", key);
}

static void warn_unknown(const struct reader *reader, const char *key, int line) {
    const char *nearest = vp_config_nearest(key);
    if (nearest)
        vp_log(reader->log, VP_LOG_WARN, "%s:%d: unknown key %s is ignored; did you mean %s?", reader->name, line, key,
               nearest);
    else
        vp_log(reader->log, VP_LOG_WARN, "%s:%d: unknown key %s is ignored", reader->name, line, key);
}

static enum vp_status set(struct reader *reader, const char *key, const char *value, int line) {
    const struct vp_option *option = vp_config_option(key);
    const struct vp_config_alias *alias = option ? NULL : vp_config_alias(key);
    char problem[512];
    if (alias && !alias->key) {
        if (alias->neutral && !is_null(value) && strcmp(value, alias->neutral) != 0)
            vp_log(reader->log, VP_LOG_WARN,
                   "%s:%d: %s: %s of the original release has no counterpart here and is ignored", reader->name, line,
                   key, value);
        else
            note_ignored(reader, key);
        return VP_OK;
    }
    if (alias) option = vp_config_option(alias->key);
    if (!option) {
        warn_unknown(reader, key, line);
        return VP_OK;
    }
    if (is_null(value) && option->type != VP_OPTION_STRING) return VP_OK; /* "no value": the default stays */
    if (alias && alias->dynamic_weights) {
        bool dynamic;
        if (!vp_option_read_bool(value, &dynamic, problem))
            return vp_fail(reader->err, VP_ERR_FORMAT, "%s:%d: %s: %s", reader->name, line, key, problem);
        value = dynamic ? "dynamic" : "fixed";
    }
    if (!vp_option_read(&reader->config, option, value, problem))
        return vp_fail(reader->err, VP_ERR_FORMAT, "%s:%d: %s: %s", reader->name, line, key, problem);
    int count, index = (int)(option - vp_config_options(&count));
    vp_assert(count <= MAX_OPTIONS, "%d options", count);
    if (reader->line[index])
        vp_log(reader->log, VP_LOG_WARN, "%s:%d: %s was set in line %d already; this line counts", reader->name, line,
               option->key, reader->line[index]);
    reader->line[index] = line;
    return VP_OK;
}

/* The walk through the nested maps: keys are joined with dots. */
struct walk {
    char key[MAX_KEY];
    size_t end[MAX_DEPTH]; /* length of the prefix at each depth */
    int depth;             /* maps that are open */
    bool have_key;         /* in a map: the key was read, its value comes next */
};

static enum vp_status fail(struct reader *reader, const yaml_event_t *event, const char *what) {
    return vp_fail(reader->err, VP_ERR_FORMAT, "%s:%d: %s", reader->name, (int)event->start_mark.line + 1, what);
}

static enum vp_status on_map(struct reader *reader, struct walk *walk, const yaml_event_t *event) {
    if (walk->depth > 0 && !walk->have_key) return fail(reader, event, "expected a key, found a map");
    if (walk->depth == MAX_DEPTH) return fail(reader, event, "maps are nested too deep");
    walk->end[walk->depth++] = strlen(walk->key);
    walk->have_key = false;
    return VP_OK;
}

static enum vp_status on_scalar(struct reader *reader, struct walk *walk, const yaml_event_t *event) {
    const char *text = (const char *)event->data.scalar.value;
    if (walk->depth == 0) {
        if (is_null(text)) return VP_OK; /* an empty document */
        return fail(reader, event, "expected lines of \"key: value\"");
    }
    if (strlen(text) != event->data.scalar.length) return fail(reader, event, "a zero byte inside a value");
    if (walk->have_key) {
        walk->have_key = false;
        return set(reader, walk->key, text, (int)event->start_mark.line + 1);
    }
    size_t prefix = walk->end[walk->depth - 1];
    int length = snprintf(walk->key + prefix, MAX_KEY - prefix, "%s%s", prefix ? "." : "", text);
    if (length < 0 || (size_t)length >= MAX_KEY - prefix) return fail(reader, event, "this key is too long");
    walk->have_key = true;
    return VP_OK;
}

static enum vp_status on_event(struct reader *reader, struct walk *walk, const yaml_event_t *event) {
    char what[MAX_KEY + 64];
    switch (event->type) {
    case YAML_MAPPING_START_EVENT:
        return on_map(reader, walk, event);
    case YAML_MAPPING_END_EVENT:
        walk->depth--;
        walk->key[walk->end[walk->depth]] = '\0';
        walk->have_key = false;
        return VP_OK;
    case YAML_SCALAR_EVENT:
        return on_scalar(reader, walk, event);
    case YAML_SEQUENCE_START_EVENT:
        snprintf(what, sizeof what, "%s%sexpected one value, found a list", walk->key, walk->key[0] ? ": " : "");
        return fail(reader, event, what);
    case YAML_ALIAS_EVENT:
        return fail(reader, event, "references (*name) are not supported");
    default:
        return VP_OK;
    }
}

enum vp_status vp_config_parse(struct vp_config *config, const char *text, size_t bytes, const char *name,
                               const struct vp_log *log, struct vp_error *err) {
    struct reader reader = {.config = *config, .name = name, .log = log, .err = err};
    struct walk walk = {0};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) return vp_fail(err, VP_ERR_OUT_OF_MEMORY, "no memory to read %s", name);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, bytes);
    enum vp_status status = VP_OK;
    for (bool done = false; status == VP_OK && !done;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            status = vp_fail(err, VP_ERR_FORMAT, "%s:%d: this is not YAML: %s", name, (int)parser.problem_mark.line + 1,
                             parser.problem ? parser.problem : "unreadable bytes");
            break;
        }
        status = on_event(&reader, &walk, &event);
        done = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    if (status != VP_OK) return status;
    if (reader.ignored[0])
        vp_log(log, VP_LOG_DEBUG, "%s: keys of the original release without effect here: %s", name, reader.ignored);
    *config = reader.config;
    return VP_OK;
}

enum vp_status vp_config_load(struct vp_config *config, const char *preset_or_path, const struct vp_log *log,
                              struct vp_error *err) {
    int count;
    const struct vp_preset *presets = vp_config_presets(&count);
    for (int i = 0; i < count; i++)
        if (strcmp(presets[i].name, preset_or_path) == 0)
            return vp_config_parse(config, presets[i].text, presets[i].bytes, preset_or_path, log, err);
    unsigned char *text;
    size_t bytes;
    enum vp_status status = vp_file_read(preset_or_path, &text, &bytes, err);
    if (status != VP_OK && err) {
        size_t used = strlen(err->message);
        for (int i = 0; i < count && used < sizeof err->message; i++)
            used += (size_t)snprintf(err->message + used, sizeof err->message - used, "%s%s%s",
                                     i == 0 ? " (presets: " : ", ", presets[i].name, i == count - 1 ? ")" : "");
    }
    if (status != VP_OK) return status;
    status = vp_config_parse(config, (const char *)text, bytes, preset_or_path, log, err);
    free(text);
    return status;
}
