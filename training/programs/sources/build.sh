#!/bin/sh
# Compiles the training: needs a C++ compiler and nothing else. CXX and CXXFLAGS may be set.
set -e
cd "$(dirname "$0")"
CXX="${CXX:-c++}"
CXXFLAGS="${CXXFLAGS:--O3 -march=native}"

stage() {
    echo "compiling $1/main" >&2
    cd "$1"
    flags="-std=c++11 -w $CXXFLAGS -ffast-math -fno-finite-math-only -I."
    # The headers that all files include are compiled once.
    $CXX $flags -x c++-header prelude.h -o prelude.h.gch
    objects=""
    for source in *.cpp code_objects/*.cpp brianlib/*.cpp; do
        [ -f "$source" ] || continue
        object="${source%.cpp}.o"
        optimise=""
        [ "$source" = objects.cpp ] && optimise="-O1"
        $CXX $flags $optimise -include prelude.h -c "$source" -o "$object"
        objects="$objects $object"
    done
    $CXX $objects -o main
    rm -f $objects prelude.h.gch
    cd ..
}

# In two processes.
stage forward &
first=$!
stage backward
wait $first
echo "compiling train" >&2
$CXX -std=c++11 -Wall $CXXFLAGS -Isources sources/train.cpp -o train -pthread
