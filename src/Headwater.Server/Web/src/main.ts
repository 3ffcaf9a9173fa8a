import { copy } from "./copy";
import { graphs } from "./graph";
import { keys } from "./keys";
import { preferences } from "./preferences";
import { search } from "./search";
import { tables } from "./table";
import { times } from "./times";
import { trees } from "./tree";
import { uploads } from "./upload";

for (const island of [preferences, keys, search, tables, copy, times, trees, uploads, graphs]) void island();
