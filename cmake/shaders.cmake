# Compiles shaders/<op>/*.comp to SPIR-V, checks each module with spirv-val and embeds them all in one C file.
#
# A shader names its variants in lines of its own:
#     //!variant f16 -DSTORAGE_F16            -> module "<file>.f16", compiled with these flags
# The plain module "<file>" is always built, unless the shader has a line `//!variants-only`.
# A line `//!needs EXTENSION` marks a shader that older compilers reject: it is tried once at configure time, and left
# out with a message when the installed compiler cannot build it.
set(shader_out ${CMAKE_BINARY_DIR}/shaders)
file(MAKE_DIRECTORY ${shader_out})
file(GLOB shader_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/shaders/*/*.comp)
file(GLOB shader_headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/shaders/*/*.glsl ${CMAKE_SOURCE_DIR}/shaders/*/*.h)

function(vp_shader_command result source flags output)
    set(includes -I${CMAKE_SOURCE_DIR}/shaders -I${CMAKE_SOURCE_DIR}/shaders/common)
    if(GLSLC)
        set(${result} ${GLSLC} -O --target-env=vulkan1.2 -Werror ${includes} ${flags} -o ${output} ${source} PARENT_SCOPE)
    else()
        set(${result} ${GLSLANG} -V --quiet --target-env vulkan1.2 ${includes} ${flags} -o ${output} ${source} PARENT_SCOPE)
    endif()
endfunction()

set(shader_modules "")
function(vp_add_module source module flags)
    set(output ${shader_out}/${module}.spv)
    vp_shader_command(compile ${source} "${flags}" ${output})
    add_custom_command(OUTPUT ${output}
        COMMAND ${compile}
        COMMAND ${SPIRV_VAL} --target-env vulkan1.2 --scalar-block-layout ${output}
        DEPENDS ${source} ${shader_headers}
        COMMENT "Shader ${module}" VERBATIM)
    set(shader_modules ${shader_modules} ${output} PARENT_SCOPE)
endfunction()

foreach(source ${shader_sources})
    get_filename_component(module ${source} NAME_WE)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    file(STRINGS ${source} needs REGEX "^//!needs ")
    if(needs)
        vp_shader_command(compile ${source} "" ${shader_out}/probe.spv)
        execute_process(COMMAND ${compile} RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
        if(failed)
            message(STATUS "Shader ${module} left out: the installed compiler lacks what it needs (${needs})")
            continue()
        endif()
    endif()
    file(STRINGS ${source} plain_off REGEX "^//!variants-only")
    if(NOT plain_off)
        vp_add_module(${source} ${module} "")
    endif()
    file(STRINGS ${source} variants REGEX "^//!variant ")
    foreach(variant ${variants})
        string(REGEX REPLACE "^//!variant +" "" variant "${variant}")
        separate_arguments(variant)
        list(POP_FRONT variant name)
        vp_add_module(${source} ${module}.${name} "${variant}")
    endforeach()
endforeach()

add_executable(vp_embed ${CMAKE_SOURCE_DIR}/cmake/embed.c ${CMAKE_SOURCE_DIR}/src/gpu/reflect.c)
target_include_directories(vp_embed PRIVATE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
list(SORT shader_modules)
add_custom_command(OUTPUT ${shader_out}/shader_table.c
    COMMAND vp_embed ${shader_out}/shader_table.c ${shader_modules}
    DEPENDS vp_embed ${shader_modules}
    COMMENT "Embedding shaders" VERBATIM)
add_library(vp_shaders_embedded STATIC ${shader_out}/shader_table.c)
target_include_directories(vp_shaders_embedded PRIVATE ${CMAKE_SOURCE_DIR}/include)
