# Compiles shaders/<op>/*.comp to SPIR-V, checks each module with spirv-val and embeds them all in one C file.
#
# A shader names its variants in lines of its own:
#     //!variant f16 -DSTORAGE_F16            -> module "<file>.f16", compiled with these flags
# The plain module "<file>" is always built, unless the shader has a line `//!variants-only`.
# A line `//!needs EXTENSION` marks a shader that older compilers reject: it is tried once at configure time, and left
# out with a message when the installed compiler cannot build it.
# A line `//!newer-variant NAME FLAGS` is a variant that needs a newer glslc than most systems have (cooperative matrices).
# Tried are the installed one, VKPCL_NEWER_GLSLC, and what tools/check has fetched; without one these are left out.
set(VKPCL_NEWER_GLSLC "" CACHE STRING "Command of a newer glslc, words separated by ; (DIR/lavapipe26/run;DIR/lavapipe26/usr/bin/glslc)")
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

function(vp_newer_command result compiler source flags output)
    set(${result} ${compiler} -O --target-env=vulkan1.2 -Werror -I${CMAKE_SOURCE_DIR}/shaders
        -I${CMAKE_SOURCE_DIR}/shaders/common ${flags} -o ${output} ${source} PARENT_SCOPE)
endfunction()

set(fetched ${CMAKE_SOURCE_DIR}/build-check/drivers/lavapipe26)
set(newer_glslc "") # found with the first shader that wants it; NOTFOUND: none
function(vp_find_newer_glslc source flags)
    set(installed ${GLSLC})
    set(beside ${fetched}/run ${fetched}/usr/bin/glslc)
    foreach(candidate installed VKPCL_NEWER_GLSLC beside)
        if(NOT ${candidate})
            continue()
        endif()
        vp_newer_command(compile "${${candidate}}" ${source} "${flags}" ${shader_out}/probe.spv)
        execute_process(COMMAND ${compile} RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
        if(NOT failed)
            set(newer_glslc "${${candidate}}" PARENT_SCOPE)
            list(JOIN ${candidate} " " words)
            message(STATUS "Cooperative-matrix shaders are compiled by ${words}")
            return()
        endif()
    endforeach()
    set(newer_glslc NOTFOUND PARENT_SCOPE)
    message(STATUS "Cooperative-matrix shaders are left out: no glslc here knows GL_KHR_cooperative_matrix (VKPCL_NEWER_GLSLC)")
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
    file(STRINGS ${source} variants REGEX "^//!newer-variant ")
    foreach(variant ${variants})
        string(REGEX REPLACE "^//!newer-variant +" "" variant "${variant}")
        separate_arguments(variant)
        list(POP_FRONT variant name)
        if(newer_glslc STREQUAL "")
            vp_find_newer_glslc(${source} "${variant}")
        endif()
        if(newer_glslc) # spirv-val of the age of the older compiler would not know these modules
            set(output ${shader_out}/${module}.${name}.spv)
            vp_newer_command(compile "${newer_glslc}" ${source} "${variant}" ${output})
            add_custom_command(OUTPUT ${output} COMMAND ${compile} DEPENDS ${source} ${shader_headers}
                COMMENT "Shader ${module}.${name}" VERBATIM)
            list(APPEND shader_modules ${output})
        endif()
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
