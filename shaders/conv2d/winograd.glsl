// Winograd's F(4x4, 3x3): the transforms along one dimension, in place. In matrices, with the 6 x 6 tile d of x (or dy) over
// 4 x 4 outputs y, and the 3 x 3 filter g:
//
//   y = A^T ((G g G^T) * (B^T d B)) A        dg = G^T ((B^T d B) * (A dy A^T)) G        * : element by element
//
// so that 36 multiplies do the work of 144. The matrices are Toom's and Cook's for the points 0, +-a, +-b and infinity:
//
//   B^T = [ aabb   0   -(aa+bb)    0      1  0 ]   G = [ 1/aabb                  ]   A^T = [ 1  1    1    1    1   0 ]
//         [  0   -+abb   -bb      +-a     1  0 ]       [ (1, +-a, aa) / 2aa(aa-bb) ]       [ 0  a   -a    b   -b   0 ]
//         [  0   -+aab   -aa      +-b     1  0 ]       [ (1, +-b, bb) / 2bb(bb-aa) ]       [ 0  aa   aa   bb   bb  0 ]
//         [  0    aabb    0    -(aa+bb)   0  1 ]       [ 0, 0, 1                 ]       [ 0  aaa -aaa  bbb -bbb 1 ]
//
// What is added up is larger than what remains, which costs digits; how many, depends on the points. The usual 1 and 2 make
// float sums of 64 channels err by 1.8e-6 of their size (root of mean squares), 3/4 and 3/2 by 0.9e-6, a plain sum by 0.4e-6.
// Both are exact in binary, and so are all numbers of A and B.
// Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016; on points: Barabasz et al., 2020.
#ifndef WINOGRAD_GLSL
#define WINOGRAD_GLSL
const float wa = 0.75, wb = 1.5;
const float waa = wa * wa, wbb = wb * wb, wab = waa * wbb;
const float wn = 1.0 / wab, wna = 0.5 / (waa * (waa - wbb)), wnb = 0.5 / (wbb * (wbb - waa));

// v = B^T v
void winograd_input(inout ITEM v0, inout ITEM v1, inout ITEM v2, inout ITEM v3, inout ITEM v4, inout ITEM v5) {
    const ITEM first = wab * v0 - (waa + wbb) * v2 + v4, last = wab * v1 - (waa + wbb) * v3 + v5;
    const ITEM even_a = v4 - wbb * v2, odd_a = wa * (v3 - wbb * v1);
    const ITEM even_b = v4 - waa * v2, odd_b = wb * (v3 - waa * v1);
    v0 = first;
    v1 = even_a + odd_a;
    v2 = even_a - odd_a;
    v3 = even_b + odd_b;
    v4 = even_b - odd_b;
    v5 = last;
}
// v0 to v3 = A^T v
void winograd_output(inout ITEM v0, inout ITEM v1, inout ITEM v2, inout ITEM v3, ITEM v4, ITEM v5) {
    const ITEM even_a = v1 + v2, odd_a = wa * (v1 - v2), even_b = v3 + v4, odd_b = wb * (v3 - v4);
    v0 += even_a + even_b;
    v1 = odd_a + odd_b;
    v2 = waa * even_a + wbb * even_b;
    v3 = waa * odd_a + wbb * odd_b + v5;
}
// v = A (v0 to v3)
void winograd_gradient(inout ITEM v0, inout ITEM v1, inout ITEM v2, inout ITEM v3, out ITEM v4, out ITEM v5) {
    const ITEM even_a = v0 + waa * v2, odd_a = wa * (v1 + waa * v3);
    const ITEM even_b = v0 + wbb * v2, odd_b = wb * (v1 + wbb * v3);
    v5 = v3;
    v1 = even_a + odd_a;
    v2 = even_a - odd_a;
    v3 = even_b + odd_b;
    v4 = even_b - odd_b;
}
// v = G (v0 to v2)
void winograd_filter(inout ITEM v0, inout ITEM v1, inout ITEM v2, out ITEM v3, out ITEM v4, out ITEM v5) {
    const ITEM even_a = wna * (v0 + waa * v2), odd_a = (wna * wa) * v1;
    const ITEM even_b = wnb * (v0 + wbb * v2), odd_b = (wnb * wb) * v1;
    v5 = v2;
    v0 *= wn;
    v1 = even_a + odd_a;
    v2 = even_a - odd_a;
    v3 = even_b + odd_b;
    v4 = even_b - odd_b;
}
// v0 to v2 = G^T v
void winograd_filter_gradient(inout ITEM v0, inout ITEM v1, inout ITEM v2, ITEM v3, ITEM v4, ITEM v5) {
    const ITEM even_a = wna * (v1 + v2), odd_a = (wna * wa) * (v1 - v2);
    const ITEM even_b = wnb * (v3 + v4), odd_b = (wnb * wb) * (v3 - v4);
    v0 = wn * v0 + (even_a + even_b);
    v1 = odd_a + odd_b;
    v2 = waa * even_a + wbb * even_b + v5;
}
#endif
