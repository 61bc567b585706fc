# Embeds text files, so that presets and the report's page are found wherever the program runs from. The files stay the
# single source.
add_executable(vp_embed_text ${CMAKE_SOURCE_DIR}/cmake/embed_text.c)

# vp_embed_texts(library output header struct files...): a table of `struct` as cmake/embed_text.c describes.
function(vp_embed_texts library output header struct)
    set(sources ${ARGN})
    list(SORT sources)
    add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/${output}
        COMMAND vp_embed_text ${CMAKE_BINARY_DIR}/${output} ${header} ${struct} ${sources}
        DEPENDS vp_embed_text ${sources}
        COMMENT "Embedding ${output}" VERBATIM)
    add_library(${library} STATIC ${CMAKE_BINARY_DIR}/${output})
    target_include_directories(${library} PRIVATE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
endfunction()

file(GLOB preset_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/assets/*.yaml)
vp_embed_texts(vp_presets_embedded presets.c vkpcl/config.h vp_preset ${preset_sources})
file(GLOB report_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/assets/report/*.*)
vp_embed_texts(vp_report_embedded report_assets.c report/assets.h vp_report_asset ${report_sources})
