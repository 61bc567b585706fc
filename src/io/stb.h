/* stb_image and stb_image_write as this project uses them; src/io/stb.c compiles them. */
#ifndef VKPCL_STB_H
#define VKPCL_STB_H
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STBI_ONLY_PNM
#define STBI_MAX_DIMENSIONS 16384 /* VP_IMAGE_MAX_SIDE */
#define STBI_FAILURE_USERMSG
#define STBI_WRITE_NO_STDIO
#include <stb_image.h>
#include <stb_image_write.h>
#endif
