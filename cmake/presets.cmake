# Embeds assets/*.yaml, so that presets are found wherever the program runs from. The files stay the single source.
file(GLOB preset_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/assets/*.yaml)
list(SORT preset_sources)
add_executable(vp_embed_text ${CMAKE_SOURCE_DIR}/cmake/embed_text.c)
target_include_directories(vp_embed_text PRIVATE ${CMAKE_SOURCE_DIR}/include)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/presets.c
    COMMAND vp_embed_text ${CMAKE_BINARY_DIR}/presets.c ${preset_sources}
    DEPENDS vp_embed_text ${preset_sources}
    COMMENT "Embedding presets" VERBATIM)
add_library(vp_presets_embedded STATIC ${CMAKE_BINARY_DIR}/presets.c)
target_include_directories(vp_presets_embedded PRIVATE ${CMAKE_SOURCE_DIR}/include)
