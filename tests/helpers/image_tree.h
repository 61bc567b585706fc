/* Folders of generated images, for tests of sources and of everything that reads them. */
#ifndef VKPCL_TESTS_IMAGE_TREE_H
#define VKPCL_TESTS_IMAGE_TREE_H

/* A fresh folder; buffer has at least 256 bytes. */
void tree_create(char *buffer);
/* Removes everything below it, and itself. */
void tree_remove(const char *root);
/* Writes ROOT/name (making the folders above it) as a PNG of that size, its colours made from `shade`. */
void tree_image(const char *root, const char *name, int width, int height, int shade);
/* Writes ROOT/name with this text. */
void tree_text(const char *root, const char *name, const char *text);

#endif
